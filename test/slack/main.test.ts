import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";
import { WebClient } from "@slack/web-api";

void it("the simulator starts by hand, says what it is, and shows what is said in it", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "--port", "0"]);
  let shown = "";
  const says = async (what: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = what.exec(shown);
        if (found !== null) resolve(found);
      };
      child.stdout.on("data", look);
      child.once("exit", () => reject(new Error(`it ended without ${what}: ${shown}`)));
      look();
    });
  child.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString("utf8")));
  try {
    const [, slackApiUrl = ""] = await says(/Web API +(\S+)/);
    const [, token = ""] = await says(/bot token +(\S+)/);
    await says(/SIMULATOR of Slack, not Slack/);
    const client = new WebClient(token, { slackApiUrl });
    await client.chat.postMessage({ channel: "C0GENERAL", text: "from the bot" });
    await says(/C0GENERAL \S+ <U0BOT0SIM> from the bot/);
    child.stdin.write("C0GENERAL U0BOB from Bob\n");
    await says(/<U0BOB> from Bob/);
  } finally {
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
  }
  assert.equal(child.exitCode, 0);
});
