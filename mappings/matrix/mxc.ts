/** Addresses of files at homeservers (client-server API, section 13.8). */

const MXC = /^mxc:\/\/[^/?#\s]{1,255}\/[A-Za-z0-9_-]{1,255}$/;

/** Whether the text is the address of a file at a homeserver, and nothing that only begins like one. */
export function isMxc(text: string): boolean {
  return MXC.test(text);
}
