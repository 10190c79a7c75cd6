/** Two gateways that find each other without DNS, on one machine. */
import { join } from "node:path";
import { freePorts } from "../servers/ports.ts";
import type { Ends } from "./ends.ts";
import { Gateway } from "./gateway.ts";

export interface GatewaySpec {
  /** Base domain. */
  readonly base: string;
  /** The value of `redis` in gateway.yaml. */
  readonly redis: string;
  /** The lines of gateway.yaml below `accounts:`. */
  readonly accounts: string;
  /** What its log says when it is connected; by default to an XMPP service. */
  readonly connected?: readonly string[];
}

/** Starts both, each with a store of its own. */
export async function startGateways(
  folder: string,
  specs: readonly [GatewaySpec, GatewaySpec],
  ends: Ends,
): Promise<readonly [Gateway, Gateway]> {
  const [first = 0, second = 0] = await freePorts(2);
  const [one, other] = specs;
  return [
    await start(folder, { ...one, port: first }, { ...other, port: second }, ends),
    await start(folder, { ...other, port: second }, { ...one, port: first }, ends),
  ];
}

async function start(
  folder: string,
  own: GatewaySpec & { readonly port: number },
  peer: GatewaySpec & { readonly port: number },
  ends: Ends,
): Promise<Gateway> {
  const config = `base: ${own.base}
data: data
redis: ${own.redis}
# Files come from this very machine, and so does the other gateway.
media: { allow: [127.0.0.0/8] }
# In the world the base domain tells where a gateway is, over https.
federation:
  listen: 127.0.0.1:${own.port}
  endpoint: http://127.0.0.1:${own.port}
  peers: [{ base: ${peer.base}, endpoint: "http://127.0.0.1:${peer.port}" }]
accounts:
${own.accounts}`;
  const { connected } = own;
  const gateway = new Gateway({
    folder: join(folder, `gateway-${own.base}`),
    config,
    ...(connected !== undefined && { connected }),
  });
  ends.add(async () => gateway.stop());
  await gateway.start();
  return gateway;
}
