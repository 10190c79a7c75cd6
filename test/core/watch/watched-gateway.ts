/** A gateway over two fake platforms whose signs of life a test may hold back. */
import type { RunningGateway } from "../../../core/gateway.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { RoomReference } from "../../../core/link-reports.ts";
import type { Limits } from "../../../core/limits.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { directWire, startHarness } from "../../support/harness.ts";

const NAMES = ["one", "two"] as const;
type Name = (typeof NAMES)[number];

/** Short enough to be waited for, and long beside a turn of a busy machine. */
const small: Partial<Limits> = {
  watchEveryMs: 50,
  pingEveryMs: 100,
  accountSilentMs: 1_500,
  roomSilentMs: 1_500,
  alarmSeenMs: 1_000,
};

/** The room of each platform that is told of alarms. */
export const OPS = "ops";

export interface WatchedGateway {
  readonly platforms: Readonly<Record<Name, FakePlatform>>;
  /** Platforms that do not answer, though they are connected. */
  readonly mute: Set<Name>;
  readonly gateway: RunningGateway;
  /** What was said in a platform's room for alarms of what is silent, or well again. */
  readonly told: (name: Name) => readonly string[];
}

class AskedBridge extends FakeBridge {
  readonly #isMute: () => boolean;

  constructor(platform: FakePlatform, isMute: () => boolean) {
    super(platform.modes, directWire(platform));
    this.#isMute = isMute;
  }

  ping(): Promise<void> {
    if (!this.#isMute()) return Promise.resolve();
    return Promise.reject(new GatewayError("request_timeout", "it does not answer"));
  }
}

/** `platforms`: of a gateway that was there before. `port`: where it is served for monitoring. */
export async function startWatched(
  folder: string,
  {
    platforms = { one: new FakePlatform(), two: new FakePlatform() },
    mute = new Set(),
    port,
    limits = {},
  }: Partial<Pick<WatchedGateway, "platforms" | "mute">> & {
    readonly port?: number;
    readonly limits?: Partial<Limits>;
  } = {},
): Promise<WatchedGateway> {
  const alarms: RoomReference[] = NAMES.map((account) => ({ account, room: OPS }));
  const gateway = await startHarness(
    { folder, alarms, limits: { ...small, ...limits }, ...(port !== undefined && { watched: port }) },
    NAMES.map((name) => ({ name, bridge: "fake" })),
    ({ name }) => {
      const own = name === "one" ? "one" : "two";
      return new AskedBridge(platforms[own], () => mute.has(own));
    },
  );
  const told = (name: Name) => platforms[name].notices(OPS).filter((line) => /^(Alarm|Over): /.test(line));
  return { platforms, mute, gateway, told };
}
