/** Two gateways of one installation that find each other on loopback. */
import { freePorts } from "../../deploy/servers/ports.ts";
import type { Gateway } from "../../deploy/demo/gateway.ts";
import type { GatewayName, Installation } from "./installation.ts";

export interface FederatedOptions {
  /** Further lines of each gateway.yaml. */
  readonly more?: string;
  /** Whoever redeems a code has to be confirmed. */
  readonly confirm?: boolean;
}

/** The first two gateways of an installation, each with the other one's place in its configuration; not started. */
export async function twoGateways(
  parts: Installation,
  { more = "", confirm = false }: FederatedOptions = {},
): Promise<readonly [Gateway, Gateway]> {
  const names = ["one", "two"] as const;
  const ports = await freePorts(names.length);
  const portOf = (name: (typeof names)[number]): number => ports[names.indexOf(name)] ?? 0;
  const gateway = async (name: (typeof names)[number], other: (typeof names)[number]): Promise<Gateway> =>
    parts.gateway(
      name,
      `${federation(portOf(name), other, portOf(other)).replace("federation:\n", `federation:\n  confirm: ${confirm}\n`)}${more}`,
    );
  return [await gateway("one", "two"), await gateway("two", "one")];
}

/** Lines of gateway.yaml. `endpoint`: the port under which others find it, where that is another one. */
export function federation(listen: number, other: GatewayName, otherPort: number, endpoint = listen): string {
  return `federation:
  listen: 127.0.0.1:${listen}
  endpoint: http://127.0.0.1:${endpoint}
  peers: [{ base: ${other}.test, endpoint: "http://127.0.0.1:${otherPort}" }]
media: { allow: [127.0.0.0/8] }
`;
}
