/**
 * The text of bytes in UTF-8, a byte order mark included, or the first line, from 1, that is something else: names in another encoding would be kept as
 * something else.
 */
export function readUtf8(bytes: Uint8Array): { readonly text: string } | { readonly line: number } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { line: new TextDecoder().decode(bytes).split('\uFFFD', 1)[0]!.split('\n').length }
  }
}
