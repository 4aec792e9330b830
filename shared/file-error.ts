/** Why the system refuses a file, for a person. */
export function whyNoFile(error: unknown): string {
  const { code = '', message } = error as Error & { readonly code?: string }
  return reasons[code] ?? message
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not open it',
  EPERM: 'this user may not open it',
  ENOSPC: 'the disk is full',
  EROFS: 'this disk is read-only',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
}
