/** Uploads, and private files for whoever has a token; everybody else is sent to a page to log in, as by Slack. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./api/decode.ts";
import type { Tokens } from "./api/tokens.ts";
import { Refusal } from "./state/refusal.ts";
import type { Workspace } from "./state/workspace.ts";

/** Takes the bytes of a file that was announced, whole, and of the length that was said. */
export async function takeUpload(
  request: IncomingMessage,
  path: string,
  workspaces: ReadonlyMap<string, Workspace>,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const [team = "", id = ""] = path.slice("/upload/v1/".length).split("-");
  const file = workspaces.get(team)?.files.get(id);
  if (request.method !== "POST" || file === undefined || file.bytes !== null) {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not Found");
    return;
  }
  const bytes = partOf(body, request.headers["content-type"] ?? "");
  if (bytes.length !== file.size) {
    response.writeHead(400, { "content-type": "text/plain" }).end("Bad Request: length does not match");
    return;
  }
  file.bytes = bytes;
  response.writeHead(200, { "content-type": "text/plain" }).end(`OK - ${bytes.length}`);
}

/** Gives the bytes of a file that the token may read. */
export function giveFile(
  request: IncomingMessage,
  path: string,
  around: { readonly workspaces: ReadonlyMap<string, Workspace>; readonly tokens: Tokens },
  response: ServerResponse,
): void {
  const [, , place = ""] = path.split("/");
  const [team = "", id = ""] = place.split("-");
  const file = around.workspaces.get(team)?.files.get(id);
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
  if (!mayRead(around.tokens, bearer, team)) {
    response.writeHead(302, { location: `/?redir=${encodeURIComponent(path)}` }).end();
    return;
  }
  if (file?.bytes === undefined || file.bytes === null) {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>File not found</html>");
    return;
  }
  const type = { "content-type": file.mimetype, "accept-ranges": "bytes" };
  const [, first, last = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const { length } = file.bytes;
  if (first === undefined) {
    response.writeHead(200, { ...type, "content-length": length }).end(file.bytes);
    return;
  }
  const part = file.bytes.subarray(Number(first), last === "" ? length : Number(last) + 1);
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${length}`;
  if (part.length === 0) response.writeHead(416).end();
  else response.writeHead(206, { ...type, "content-range": range, "content-length": part.length }).end(part);
}

function mayRead(tokens: Tokens, bearer: string | null, team: string): boolean {
  try {
    const token = tokens.check(bearer);
    return token.team === team && token.scopes.includes("files:read");
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Slack takes the bytes as they are, or as the first part of a form. */
function partOf(body: Buffer, type: string): Buffer {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(type)?.[1];
  if (boundary === undefined) return body;
  const start = body.indexOf("\r\n\r\n") + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}
