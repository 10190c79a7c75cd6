/** What the conformance suite needs of a platform beside its bridge: people in its rooms, and a look at them. */
import type { Bridge } from "../../../core/bridge/bridge.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { HarnessOptions } from "../../support/harness-config.ts";

export interface ConformancePlatform {
  /** The name of the account in commands. */
  readonly account: string;
  /** Whether what was said while nobody listened can be read later. */
  readonly keeps: boolean;
  /** Makes an empty room with people in it. Resolves with its address. */
  room(): Promise<string>;
  say(room: string, user: string, text: string): Promise<void>;
  setName(room: string, name: string): Promise<void>;
  setTopic(room: string, topic: string): Promise<void>;
  state(room: string): Promise<{ readonly name: string; readonly topic: string }>;
  /** What was said in the room, oldest first, less the lines of the gateway itself. */
  texts(room: string): Promise<readonly string[]>;
  /** Lines of the gateway itself that this person has seen there. */
  told(room: string, user: string): Promise<readonly string[]>;
  /** Who takes part in the room on the gateway's behalf. */
  standIns(room: string): Promise<number>;
  /** Refuses what the gateway says in the room, for certain, until it is told to take it again. */
  refuse(room: string, refuses: boolean): Promise<void>;
  /** Ends the connection without a word, as a restart of the platform does. */
  cut(): Promise<void>;
  createBridge(): Bridge;
  start(options: HarnessOptions): Promise<RunningGateway>;
}
