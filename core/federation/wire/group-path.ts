/** `mimi://AUTHORITY/r/ID` is found at `/groups/AUTHORITY/ID` (docs/mtp.md, How to read this page). */
export function pathOf(uri: string): string {
  const [, , authority = "", , id = ""] = uri.split("/");
  return `/groups/${authority}/${id}`;
}
