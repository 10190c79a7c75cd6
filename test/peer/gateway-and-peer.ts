/** A whole gateway with two fake platforms, and the Python peer, which know where the other is. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type RunningGateway, startGateway } from "../../core/gateway.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { FakeBridge } from "../support/fake-bridge.ts";
import { FakePlatform } from "../support/fake-platform.ts";
import { directWire, fileLog } from "../support/harness.ts";
import { eventually } from "../support/harness-eventually.ts";
import { harnessConfig } from "../support/harness-config.ts";
import { PeerProcess } from "./peer-process.ts";

export interface GatewayAndPeer {
  readonly gateway: RunningGateway;
  readonly peer: PeerProcess;
  /** The platform of the account `one`. */
  readonly platform: FakePlatform;
}

/** The peer's base domain. */
export const PEER = "gw-b.example";
/** The gateway's. */
export const GATEWAY = "mimi.test";

/** Starts both; they end with the test. `folder`: where the gateway's own folder goes. */
export async function gatewayAndPeer(t: TestContext, folder: string): Promise<GatewayAndPeer> {
  const peer = await PeerProcess.start({ base: PEER, waitSeconds: 2 });
  t.after(() => peer.stop());
  const base = parseProviderDomain(PEER);
  if (base === null) throw new Error("the peer's base is a domain");
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const platform = new FakePlatform();
  const own = join(folder, randomUUID().slice(0, 8));
  mkdirSync(own);
  const config = {
    ...harnessConfig({ folder: own }, [{ name: "one", bridge: "fake" }]),
    federation: {
      listen: { host: "127.0.0.1", port },
      endpoint,
      unreachable: false,
      confirm: false,
      proxies: [],
      peers: [{ base, endpoint: peer.endpoint, key: null }],
      allow: [],
    },
  };
  const bridge = () => new FakeBridge(platform.modes, directWire(platform));
  const gateway = await startGateway(config, bridge, fileLog(own));
  t.after(() => gateway.stop());
  await peer.do("know", { domain: GATEWAY, url: endpoint });
  await eventually("the account to be served", async () =>
    (await gateway.operations.status()).accounts.every(({ health }) => health?.state === "up"),
  );
  return { gateway, peer, platform };
}

/** A group of the gateway's with the room `tea`, of which the peer is a guest as `chat.gw-b.example`. */
export async function peerAsGuest(
  t: TestContext,
  folder: string,
): Promise<GatewayAndPeer & { group: string }> {
  const both = await gatewayAndPeer(t, folder);
  const { gateway, peer } = both;
  const { group } = await gateway.operations.link([{ account: "one", room: "tea" }], null);
  const asked = { group, room: null, uses: 1, lifeMs: 60_000, confirm: false };
  const { code } = await gateway.operations.federation.createCode(asked);
  await peer.do("redeem", { code, speak_as: `chat.${PEER}` });
  return { ...both, group };
}

/** A group of the peer's, which the gateway follows in the room `cake`. */
export async function peerAsOwner(
  t: TestContext,
  folder: string,
): Promise<GatewayAndPeer & { group: string }> {
  const both = await gatewayAndPeer(t, folder);
  const { gateway, peer } = both;
  const { group } = await peer.do("group", { id: "cake" });
  const { code } = await peer.do("code", { group });
  const room = { account: "one", room: "cake" };
  await gateway.operations.federation.redeem({ code: String(code), as: null, room });
  return { ...both, group: String(group) };
}
