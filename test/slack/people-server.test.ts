import assert from "node:assert/strict";
import { it } from "node:test";
import { SlackPeople } from "../../deploy/clients/slack-people.ts";
import { startPeopleServer } from "./people-server.ts";
import { startSlackSimulator } from "./simulator.ts";

void it("what people do comes over HTTP, and so does what they then see", async () => {
  const slack = await startSlackSimulator({ limits: "off" });
  const workspace = slack.workspace();
  const server = await startPeopleServer(workspace, 0);
  try {
    const people = new SlackPeople(server.url, "C0GENERAL");
    const first = await people.post("U0ALICE", "hello <@U0BOB>");
    await people.post("U0BOB", "yes", { thread: first });
    await people.react("U0BOB", first, "+1");
    await people.react("U0BOB", first, "tada");
    await people.unreact("U0BOB", first, "+1");
    await people.edit("U0ALICE", first, "hello all");
    const gone = await people.post("U0BOB", "by mistake");
    await people.delete("U0BOB", gone);
    const shared = await people.upload("U0ALICE", "menu.txt", Buffer.from("tea"));
    const shown = await people.messages();
    assert.deepEqual(
      shown.map(({ user, text, thread, edited }) => ({ user, text, thread, edited })),
      [
        { user: "U0ALICE", text: "hello all", thread: first, edited: true },
        { user: "U0BOB", text: "yes", thread: first, edited: false },
        { user: "U0ALICE", text: "", thread: null, edited: false },
      ],
    );
    assert.deepEqual(shown[0]?.reactions, [{ name: "tada", users: ["U0BOB"] }]);
    const [file] = shown.find(({ ts }) => ts === shared)?.files ?? [];
    assert.equal(file?.name, "menu.txt");
    assert.equal(Buffer.from(await people.file(file.id)).toString(), "tea");
    workspace.ephemerals.push({ channel: "C0GENERAL", user: "U0BOB", text: "only you" });
    assert.equal((await people.whispers())[0]?.text, "only you");
    await assert.rejects(people.edit("U0BOB", "1.0", "x"), /no message 1.0/);
  } finally {
    await server.stop();
    await slack.stop();
  }
});
