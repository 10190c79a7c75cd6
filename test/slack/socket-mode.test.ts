import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SocketModeClient } from "@slack/socket-mode";
import { clientOf, codeOf, GENERAL, onStage, silent } from "./stage.ts";
import type { SlackSimulator } from "./simulator.ts";

interface Envelope {
  readonly ack: (answer?: Record<string, unknown>) => Promise<void>;
  readonly envelope_id: string;
  readonly type: string;
  readonly body: {
    readonly event_id: string;
    readonly event: { readonly text?: string };
    readonly text?: string;
  };
  readonly retry_num: number | undefined;
}

/** How long a client waits for a pong in which none is to be missed, however busy the machine is. */
const PATIENT_MS = 30_000;

/**
 * Slack's own client, connected, and what it hears in the order in which it hears it. `anewAfter`: it connects anew after
 * so long, and waits as long for pongs; left out: it does not.
 */
async function withSocket(
  slack: SlackSimulator,
  hear: (envelope: Envelope, client: SocketModeClient) => void,
  run: (client: SocketModeClient) => Promise<void>,
  anewAfter?: number,
): Promise<void> {
  const client = new SocketModeClient({
    appToken: slack.app.appToken,
    logger: silent,
    autoReconnectEnabled: anewAfter !== undefined,
    clientPingTimeout: anewAfter ?? PATIENT_MS,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  client.on("slack_event", (envelope: Envelope) => hear(envelope, client));
  client.on("error", () => undefined);
  await client.start();
  try {
    await run(client);
  } finally {
    await client.disconnect();
  }
}

/** The type of the first message on a new socket; `refused` where there is none. */
const connect = async (to: string) =>
  new Promise<string>((resolve) => {
    const socket = new WebSocket(to);
    socket.addEventListener("message", ({ data }) => {
      resolve((JSON.parse(String(data)) as { type: string }).type);
      socket.close();
    });
    socket.addEventListener("error", () => resolve("refused"));
  });

void describe("the simulator's Socket Mode", async () => {
  await it("sends events and commands, and takes acknowledgements with answers", async () => {
    await onStage({}, async ({ slack }) => {
      const texts: (string | undefined)[] = [];
      const hear = ({ ack, type, body }: Envelope) => {
        texts.push(body.event?.text ?? body.text);
        void ack(type === "slash_commands" ? { text: "pong" } : {});
      };
      await withSocket(slack, hear, async () => {
        assert.equal(slack.events.sockets.connections, 1);
        const { people, asking, ephemerals } = slack.workspace();
        people.post(GENERAL, "U0BOB", `hello ${"ä".repeat(70_000)}`);
        await slack.events.settled();
        await asking.command(GENERAL, "U0BOB", "/mimi", "ping");
        assert.deepEqual(ephemerals, [{ channel: GENERAL, user: "U0BOB", text: "pong" }]);
      });
      assert.deepEqual([texts[0]?.length, texts[1]], [70_006, "ping"]);
    });
  });

  await it("sends again what is not acknowledged in three seconds, under a new envelope and the same event id", async () => {
    await onStage({}, async ({ slack }) => {
      const seen: Envelope[] = [];
      const hear = (envelope: Envelope) => {
        seen.push(envelope);
        if (seen.length > 1) void envelope.ack();
        else slack.clock.advance(3_000);
      };
      await withSocket(slack, hear, async () => {
        slack.workspace().people.post(GENERAL, "U0BOB", "x");
        await slack.events.settled();
      });
      assert.deepEqual(
        seen.map(({ retry_num }) => retry_num),
        [0, 1],
      );
      assert.equal(seen[0]?.body.event_id, seen[1]?.body.event_id);
      assert.notEqual(seen[0]?.envelope_id, seen[1]?.envelope_id);
    });
  });

  await it("asks to connect anew, and is connected to again", async () => {
    await onStage({}, async ({ slack }) => {
      const texts: (string | undefined)[] = [];
      const hear = ({ ack, body }: Envelope) => {
        texts.push(body.event.text);
        void ack();
      };
      const connectsAnew = async (client: SocketModeClient): Promise<void> => {
        for (const reason of ["refresh_requested", "dropped"] as const) {
          const connected = new Promise((resolve) => client.once("connected", resolve));
          if (reason === "dropped") slack.events.sockets.drop();
          else slack.events.sockets.disconnect(reason);
          await connected;
          slack.workspace().people.post(GENERAL, "U0BOB", reason);
          await slack.events.settled();
        }
      };
      await withSocket(slack, hear, connectsAnew, 1_000);
      assert.deepEqual(texts, ["refresh_requested", "dropped"]);
    });
  });

  await it("gives up an event that nobody is connected for, after the same retries as over HTTP", async () => {
    await onStage({}, async ({ slack }) => {
      slack.workspace().people.post(GENERAL, "U0BOB", "to nobody");
      await slack.events.attempted(2);
      slack.clock.advance(60_000);
      await slack.events.attempted(3);
      slack.clock.advance(300_000);
      await slack.events.settled();
      assert.equal(slack.events.lost.length, 1);
    });
  });

  await it("is opened with the app's token only, by each ticket once, and not beside a URL for events", async () => {
    await onStage({}, async ({ slack, client }) => {
      assert.equal(await codeOf(client.apiCall("apps.connections.open")), "not_allowed_token_type");
      const app = clientOf(slack, slack.app.appToken);
      const { url = "" } = await app.apps.connections.open();
      assert.equal(await connect(url), "hello");
      assert.equal(await connect(url), "refused");
      slack.events.useUrl("http://127.0.0.1:9/");
      assert.equal(await codeOf(app.apps.connections.open()), "forbidden_team");
    });
  });

  await it("cuts sockets after the time that a test names", async () => {
    await onStage({}, async ({ slack }) => {
      slack.faults.socketLifeMs = 1_000;
      await withSocket(
        slack,
        ({ ack }) => void ack(),
        async (client) => {
          const lost = new Promise((resolve) => client.once("close", resolve));
          slack.clock.advance(1_000);
          await lost;
        },
      );
    });
  });

  await it("may fall silent while it stays connected", async () => {
    await onStage({}, async ({ slack }) => {
      const seen: Envelope[] = [];
      await withSocket(
        slack,
        (envelope) => seen.push(envelope),
        async () => {
          slack.faults.silentSockets = true;
          slack.workspace().people.post(GENERAL, "U0BOB", "unheard");
          await slack.workspace().until("a turn", () => true);
          slack.clock.advance(3_000);
          await slack.events.attempted(1);
          assert.equal(slack.events.sockets.connections, 1);
        },
      );
      assert.deepEqual(seen, []);
    });
  });
});
