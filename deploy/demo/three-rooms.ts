/**
 * Three rooms of two platforms, linked into one: a channel of a simulated Slack workspace and a room of an XMPP service,
 * both served by one gateway, and a room of another service behind a gateway of its own.
 */
import { join } from "node:path";
import { z } from "zod";
import { SlackPeople } from "../clients/slack-people.ts";
import { type SlackSimulatorProcess, startSlackSimulator } from "../servers/slack-simulator.ts";
import type { Ends } from "./ends.ts";
import type { Gateway } from "./gateway.ts";
import { ACCOUNT, linkName, type Service, shown, type Side, untilToldOfLink } from "./service.ts";

/** The account's name in gateway.yaml. */
const SLACK = "slack";
/** A public channel that the app is not in yet: it enters when the channel is linked. */
const CHANNEL = "C0LAB";

const codeReport = z.object({ code: z.string() });

export interface ThreeRooms {
  readonly channel: SlackPeople;
  /** The room that the channel's own gateway serves. */
  readonly near: Side;
  /** The room behind the other gateway. */
  readonly far: Side;
  /** Whose people those of the two rooms are, as Slack shows it behind their names. */
  readonly providers: { readonly near: string; readonly far: string };
}

/** A simulated workspace, started. `tell` is told that it is not Slack. */
export class SlackWorkspace {
  readonly #simulator: SlackSimulatorProcess;

  private constructor(simulator: SlackSimulatorProcess) {
    this.#simulator = simulator;
  }

  static async start(folder: string, ends: Ends, tell: (line: string) => void): Promise<SlackWorkspace> {
    tell("starting a simulator of Slack: it is not Slack, and nothing reaches any workspace");
    const simulator = await startSlackSimulator(join(folder, "slack-simulator"));
    ends.add(async () => simulator.stop());
    return new SlackWorkspace(simulator);
  }

  get people(): SlackPeople {
    return new SlackPeople(this.#simulator.people, CHANNEL);
  }

  /** The lines of gateway.yaml that serve it, below `accounts:`. */
  get account(): string {
    const { token, appToken, api } = this.#simulator;
    return `  - name: ${SLACK}
    bridge: slack
    token: ${token}
    app_token: ${appToken}
    api: ${api}
`;
  }
}

interface Crew {
  readonly service: Service;
  readonly people: Side["people"];
  /** Base domain of the gateway that serves them. */
  readonly base: string;
}

/** Lets people enter the two rooms. */
export async function enterRooms(workspace: SlackWorkspace, near: Crew, far: Crew): Promise<ThreeRooms> {
  return {
    channel: workspace.people,
    near: await near.service.enter("harbour", near.people),
    far: await far.service.enter("island", far.people),
    providers: { near: `${ACCOUNT}.${near.base}`, far: `${ACCOUNT}.${far.base}` },
  };
}

/** Links the channel with the room that the same gateway serves, and by a code with the room of the other one. */
export async function linkRooms(
  { channel, near, far }: ThreeRooms,
  [here, there]: readonly [Gateway, Gateway],
  tell: (line: string) => void,
): Promise<void> {
  const name = `${SLACK}:${channel.channel}`;
  await shown(here, tell, "link", name, linkName(near));
  const { code } = codeReport.parse(await shown(here, tell, "code", "create", "--room", name));
  await shown(there, (line) => tell(`the other gateway: ${line}`), "redeem", code, "--room", linkName(far));
  for (const side of [near, far]) await untilToldOfLink(side);
}
