/** Requests that come slowly (docs/mtp.md, M135). They take their time beside the other checks. */
import { connect as connectPlain } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Milliseconds } from "../../time.ts";
import type { Check } from "../ledger.ts";
import type { Stranger } from "../parties.ts";
import type { Subject } from "../subject.ts";

const HEAD: Milliseconds = 10_000;
const WHOLE: Milliseconds = 30_000;
/** How much later than the page says the end may come: servers look for such requests now and then. */
const GRACE: Milliseconds = 5_000;

const slowHead: Check<Stranger> = {
  title: "a head that does not end",
  about: ["slow"],
  async run({ subject }, expect) {
    const said = await trickle(
      subject,
      `GET ${subject.target("/connections")} HTTP/1.1\r\nHost: ${new URL(subject.endpoint).host}\r\n`,
      HEAD + GRACE,
    );
    expect(
      "slow",
      isSlow(said),
      "408 slow and the end of the connection after 10 seconds",
      said ?? "it was kept open",
    );
  },
};

const slowBody: Check<Stranger> = {
  title: "a body that does not end",
  about: ["slow"],
  async run({ subject, me }, expect) {
    const { target, headers } = subject.prepare(me, { path: "/redeem", body: "{}" });
    const lines = Object.entries({
      host: new URL(subject.endpoint).host,
      ...headers,
      "content-length": "400",
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const said = await trickle(subject, `POST ${target} HTTP/1.1\r\n${head}\r\n{`, WHOLE + GRACE);
    expect(
      "slow",
      isSlow(said),
      "408 slow and the end of the connection after 30 seconds",
      said ?? "it was kept open",
    );
  },
};

const isSlow = (said: string | null): boolean =>
  said !== null && said.startsWith("HTTP/1.1 408 ") && said.includes('"slow"');

/** All that comes back until the connection ends; null: it was open for all this time. */
function trickle(subject: Subject, begin: string, most: Milliseconds): Promise<string | null> {
  const { hostname, port, protocol } = new URL(subject.origin);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = protocol === "https:";
  const at = { host, port: Number(port === "" ? (secure ? 443 : 80) : port) };
  const socket = secure ? connectSecure({ ...at, servername: host }) : connectPlain(at);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let said = "";
  const timer = setTimeout(() => resolve(null), most);
  socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  socket.on("close", () => resolve(said.slice(0, 2_000)));
  socket.write(begin);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** Both take as long as the page lets them. */
export const slownessChecks: readonly Check<Stranger>[] = [slowHead, slowBody];
