/** What comes from Slack, on its way to the channels that it is for. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Channel } from "./channel.ts";
import { fateOf } from "./channel-fate.ts";
import type { Channels } from "./channels.ts";
import { doubleOf } from "./doubles.ts";
import type { EchoWatch } from "./echo-watch.ts";
import { type Body, innerEvent, readEnvelope, teamsOf } from "./envelope.ts";
import type { HeardLast } from "./heard-last.ts";
import type { Identity } from "./identity.ts";
import { changedHistory, keptOf, type OwnPost } from "./kept-event.ts";
import type { Answer } from "./listeners.ts";
import type { Memory } from "./memory.ts";

export interface IntakeOptions {
  readonly identity: Identity;
  readonly channels: Pick<Channels, "befallen" | "underNewNames"> & {
    readonly get: (room: NativeRoom) => Pick<Channel, "heard" | "heardOwn" | "repair"> | undefined;
  };
  readonly heard: Pick<HeardLast, "note">;
  readonly echoes: Pick<EchoWatch, "heard">;
  readonly memory: Pick<Memory, "post">;
  readonly host: Pick<BridgeHost, "doubled">;
  readonly log: Logger;
  /** Answers what is of no channel. */
  readonly answer: Answer;
  /** Has all channels read again soon. */
  readonly repair: () => void;
}

export class WorkspaceIntake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves after the durable write, with what is to be answered. Rejects where it is to be sent again. */
  async take(body: Body): Promise<unknown> {
    const { identity, channels, heard, log, answer, repair } = this.#options;
    const { team, self } = identity;
    const teams = teamsOf(body);
    // Not taken, so that whoever serves that workspace gets it.
    if (teams.length > 0 && !teams.includes(team))
      throw new GatewayError(
        "event_malformed",
        `something of workspace ${teams.join(", ")} came, which this account does not serve`,
      );
    // Slack holds events back, and says so: what it held back is read from the history.
    if (readEnvelope(body)?.type === "app_rate_limited") {
      log.warn("Slack has held events back; the channels are read again");
      repair();
      return undefined;
    }
    const inner = channels.underNewNames(innerEvent(body));
    const fate = fateOf(inner, self.user);
    if (fate !== null) return channels.befallen(fate);
    const rewritten = changedHistory(inner);
    if (rewritten !== null) {
      const { room } = rewritten;
      if (room === null) repair();
      else channels.get(room)?.repair();
      return undefined;
    }
    const kept = keptOf(inner, self);
    if (kept === null) return answer(body);
    heard.note("own" in kept ? kept.own : kept.moment);
    if ("own" in kept) return this.#own(kept, inner);
    return channels.get(kept.room)?.heard(kept);
  }

  /** A post of the gateway's own: it may be the second copy of something. */
  async #own({ room, own }: OwnPost, inner: unknown): Promise<void> {
    const { channels, echoes, memory, host } = this.#options;
    echoes.heard(room, own);
    channels.get(room)?.heardOwn(own);
    const double = doubleOf(inner, room, memory);
    if (double !== null) await host.doubled(room, double, own as NativeId);
  }
}
