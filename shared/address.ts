/** Whether a host is this machine alone, as an address or `localhost`; another name is not, however it begins. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  return plain === 'localhost' || plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain)
}

/** Whether what goes to an address leaves the machine in clear; nothing goes to one that cannot be parsed. */
export function isExposed(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (protocol === 'http:' || protocol === 'mqtt:') && !isLoopback(hostname)
}
