/** Channels of the project's simulator of Slack, and of a second one that no gateway serves, for the bare way. */
import { z } from "zod";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import type { Heard } from "./lean-client.ts";
import { textOf } from "./matrix-job.ts";
import type { PairPlatform } from "./pair-platform.ts";
import { slackYaml } from "./slack-gateway.ts";
import { SlackVoice } from "./slack-voice.ts";

const NUMBERED = /^([a-z0-9-]+):(\d+) /;
const messageForm = z.object({ type: z.literal("message"), text: z.string() });

export async function startPairSlack(heard: Heard): Promise<PairPlatform> {
  const eventsAnHour = Number.MAX_SAFE_INTEGER;
  const served = await startSlackSimulator({ limits: "off", eventsAnHour });
  const alone = await startSlackSimulator({ limits: "off", eventsAnHour });
  served.faults.onEvent = ({ event }) => {
    hear(event, heard);
    return null;
  };
  // Nobody is there to whom it could be sent.
  alone.faults.onEvent = ({ event }) => {
    hear(event, heard);
    return { copies: 0 };
  };
  const voice = new SlackVoice(alone.apiUrl, alone.workspace().botToken);
  let channels = 0;
  const addChannel = (simulator: SlackSimulator): Promise<string> => {
    channels += 1;
    const id = `C0PAIR${channels}`;
    simulator.workspace().people.addChannel({ id, name: `pair${channels}`, members: ["U0BOB"], bot: true });
    return Promise.resolve(id);
  };
  return {
    title: "Slack",
    kind: "slack",
    account: "slack",
    yaml: slackYaml(served, null),
    makeRoom: () => addChannel(served),
    say: (channel, line, number) => served.workspace().people.post(channel, "U0BOB", textOf(line, number)),
    makeBareRoom: () => addChannel(alone),
    sayBare: (channel, line, number) => voice.say(channel, line, number),
    async stop() {
      voice.close();
      await Promise.all([served.stop(), alone.stop()]);
    },
  };
}

/** Whatever is said in a channel is told to the app in that very moment, the app's own posts too. */
function hear(event: Readonly<Record<string, unknown>>, heard: Heard): void {
  const at = performance.now();
  const message = messageForm.safeParse(event);
  const [, line, number] = NUMBERED.exec(message.data?.text ?? "") ?? [];
  if (line !== undefined) heard(line, Number(number), at);
}
