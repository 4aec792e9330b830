/** Of this software. */
export const version = '0.1.0'
