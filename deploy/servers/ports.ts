/** Ports for servers of the demo and the tests. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";

// Below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux): a client
// that tries again and again to reach a server that is away can be given the server's very port as its own,
// and is then connected to itself while the server cannot come back.
const FIRST = 20_001;
const LAST = 32_767;

// Each process begins elsewhere and goes on from there.
let next = FIRST + ((process.pid * 61) % (LAST - FIRST + 1));

/** That many different ports that nothing on 127.0.0.1 listens on. Somebody else may take one before you do. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (held.length < count) {
    const port = next;
    next = port === LAST ? FIRST : port + 1;
    if (!(await isReserved(port))) continue;
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") continue;
      throw error;
    }
    held.push(server);
    ports.push(port);
  }
  for (const server of held) {
    server.close();
    await once(server, "close");
  }
  return ports;
}

/** By its UDP port, for this process's life, so that another process is not given it before it is listened on. False: it was. */
async function isReserved(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    socket.unref();
    return true;
  } catch (error) {
    socket.close();
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}
