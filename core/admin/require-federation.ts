import { GatewayError } from "../errors.ts";
import type { FederationAccess } from "../federation/peers/federation-access.ts";

/** The part that speaks to other gateways. Throws federation_off, or gateway_unreachable where none runs. */
export function requireFederation({
  access,
  running,
}: {
  readonly access: FederationAccess | null;
  readonly running: boolean;
}): FederationAccess {
  if (access !== null) return access;
  if (!running)
    throw new GatewayError("gateway_unreachable", "no gateway runs, and this needs one: mimi-gateway start");
  throw new GatewayError(
    "federation_off",
    "set `federation.listen` (or `federation.unreachable`) in gateway.yaml and start again",
  );
}
