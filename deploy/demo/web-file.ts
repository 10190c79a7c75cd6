/** A file on a web server of one's own, on loopback. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebFile {
  readonly url: string;
  stop(): void;
}

/** Resolves when it can be fetched. */
export async function serveFile(name: string, contentType: string, content: Uint8Array): Promise<WebFile> {
  const headers = { "content-type": contentType, "content-length": content.length };
  const server = createServer((request, response) => {
    if (request.url === `/${name}`) response.writeHead(200, headers).end(content);
    else response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
