/** A failure of the connection in words, by the system's code. */
export function troubleOf({ code, message }: NodeJS.ErrnoException, where: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `${where} refuses connections; check the address and port, and that the program there runs.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${where} is not known; check it, and the DNS server of this machine.`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${where} closed the connection before it answered.`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${where} cannot be reached; check the network between.`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `The certificate of ${where} is not from a known authority; enter its certificate as "ca".`
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${where} has expired; it needs a new one.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${where} is for another name; enter the name it is for.`
    default:
      return `${where}: ${message}`
  }
}
