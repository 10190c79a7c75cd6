import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Arguments } from "../../../bridges/slack/api.ts";
import { FilePosts } from "../../../bridges/slack/file-posts.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { type DeliveryContext, DeliveryError } from "../../../core/bridge/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { WebAPIPlatformError } from "@slack/web-api";

const ROOM = "C1" as NativeRoom;
const context: DeliveryContext = { room: ROOM, key: "k1" as DeliveryKey, origin: null };
const log = createLogger({ level: "fatal" as "error", bodies: false });
const file = (name: string) => ({
  source: `https://x.test/${name}`,
  filename: name,
  title: name,
  alt_txt: "",
});
const caption = { type: "rich_text", elements: [] };
const post = (...names: readonly string[]): Arguments => ({
  channel_id: ROOM,
  username: "Al (x.test)",
  icon_url: "https://mtp.test/avatar/1",
  blocks: [caption],
  files: names.map((name) => file(name)),
});
const lost = new DeliveryError("account_down", "no answer", { certainty: "unknown", retry: "after" });

interface Slack {
  /** Names of files that can't be had. */
  readonly missing?: readonly string[];
  /** Of files.completeUploadExternal, one after the other; the last one again and again. */
  readonly answers?: readonly ("ok" | "lost" | "spent" | "refused")[];
  /** How files.getUploadURLExternal is refused; left out: it is not. */
  readonly refusal?: string;
  /** Where files.info says that the files are; null: nowhere. */
  readonly shownAs?: string | null;
}

function stage({ missing = [], answers = ["ok"], refusal, shownAs = "1700.000100" }: Slack) {
  const completed: Arguments[] = [];
  const stored: string[] = [];
  const posts = new FilePosts({
    memory: new Memory(),
    log,
    lookAfterMs: [0, 0],
    uploads: {
      store: ({ filename }) => {
        if (missing.includes(filename))
          return Promise.reject(new GatewayError("media_unreachable", filename));
        if (refusal !== undefined)
          return Promise.reject(new WebAPIPlatformError({ ok: false, error: refusal }));
        stored.push(filename);
        return Promise.resolve(`F${stored.length}`);
      },
    },
    deliver: (_method, args) => {
      const answer = answers[completed.length] ?? answers.at(-1);
      completed.push(args);
      if (answer === "lost") return Promise.reject(lost);
      if (answer === "ok") return Promise.resolve({ ok: true, files: [] });
      const error = answer === "spent" ? "file_not_found" : "slack_connect_file_upload_sharing_blocked";
      const cause = new WebAPIPlatformError({ ok: false, error });
      const verdict = { certainty: "certain", retry: "never" } as const;
      return Promise.reject(new DeliveryError("delivery_refused", error, verdict, { cause }));
    },
    call: (_method, { file: id }) => {
      const shares = shownAs === null ? {} : { public: { [ROOM]: [{ ts: shownAs }] } };
      return Promise.resolve({ file: { id, shares } });
    },
  });
  return { posts, completed, stored };
}

void describe("a post of files", () => {
  void it("is one message, with its caption, name and picture", async () => {
    const { posts, completed } = stage({});
    const shared = await posts.share(post("a.png", "b.png"), context);
    assert.deepEqual(shared, { kind: "shared", ts: "1700.000100", files: ["F1", "F2"] });
    const files = [
      { id: "F1", title: "a.png" },
      { id: "F2", title: "b.png" },
    ];
    assert.deepEqual(completed, [{ ...post(), files }]);
  });

  void it("links what can't be had below the caption, and shares the rest", async () => {
    const { posts, completed } = stage({ missing: ["b.png"] });
    await posts.share(post("a.png", "b.png", "c.png"), context);
    const [call] = completed;
    assert.deepEqual(call?.["files"], [
      { id: "F1", title: "a.png" },
      { id: "F2", title: "c.png" },
    ]);
    assert.ok(Array.isArray(call["blocks"]) && call["blocks"].length === 2);
    assert.match(JSON.stringify(call["blocks"]), /"url":"https:\/\/x\.test\/b\.png","text":"b\.png"/);
  });

  void it("is a message of links where none can be had", async () => {
    const { posts, completed } = stage({ missing: ["a.png"] });
    const linked = await posts.share(post("a.png"), context);
    assert.ok(linked.kind === "linked");
    assert.equal(linked.args["channel"], ROOM);
    assert.equal(linked.args["username"], "Al (x.test)");
    assert.equal(linked.args["files"], undefined);
    assert.equal(completed.length, 0);
  });

  for (const refusing of [{ refusal: "storage_limit_reached" }, { answers: ["refused"] }] as const)
    void it(`is a message of links where Slack takes no files: ${JSON.stringify(refusing)}`, async () => {
      const { posts } = stage(refusing);
      const linked = await posts.share(post("a.png", "b.png"), context);
      assert.ok(linked.kind === "linked");
      assert.match(
        JSON.stringify(linked.args["blocks"]),
        /https:\/\/x\.test\/a\.png.*https:\/\/x\.test\/b\.png/,
      );
    });

  void it("waits where Slack takes files later, and where they are nowhere else to be had", async () => {
    const { posts } = stage({ refusal: "ratelimited" });
    await assert.rejects(posts.share(post("a.png"), context), { code: "delivery_throttled" });
    const text = { content: "long", filename: "text.txt", title: "", alt_txt: "" };
    const refused = stage({ refusal: "file_uploads_disabled" }).posts;
    await assert.rejects(refused.share({ ...post(), files: [text] }, context), { code: "delivery_refused" });
  });

  void it("that is linked notifies nobody by a file's name", async () => {
    const { posts } = stage({ missing: ["<!channel> & <@U1>.png"] });
    const linked = await posts.share(post("<!channel> & <@U1>.png"), context);
    assert.ok(linked.kind === "linked");
    assert.equal(linked.args["text"], "&lt;!channel&gt; &amp; &lt;@U1&gt;.png");
  });

  void it("whose answer was lost is made again with the same files, which Slack takes once", async () => {
    const { posts, completed, stored } = stage({ answers: ["lost", "ok"] });
    await assert.rejects(posts.share(post("a.png"), context), lost);
    assert.deepEqual(await posts.share(post("a.png"), context), {
      kind: "shared",
      ts: "1700.000100",
      files: ["F1"],
    });
    assert.deepEqual(stored, ["a.png"], "nothing is uploaded twice");
    assert.deepEqual(completed[1]?.["files"], [{ id: "F1" }]);
  });

  void it("whose answer was lost is made with the same files also where another one is linked", async () => {
    const { posts, completed, stored } = stage({ missing: ["b.png"], answers: ["lost", "ok"] });
    await assert.rejects(posts.share(post("a.png", "b.png"), context), lost);
    await posts.share(post("a.png", "b.png"), context);
    assert.deepEqual(stored, ["a.png"], "nothing is uploaded twice");
    assert.deepEqual(completed[1]?.["files"], [{ id: "F1" }]);
    assert.deepEqual(completed[1]["blocks"], completed[0]?.["blocks"], "with the link");
  });

  void it("that was made after all is found by its files, however late its message appears", async () => {
    const { posts, stored } = stage({ answers: ["lost", "spent"] });
    await assert.rejects(posts.share(post("a.png"), context), lost);
    const found = await posts.share(post("a.png"), context);
    assert.deepEqual([found, stored], [{ kind: "shared", ts: "1700.000100", files: ["F1"] }, ["a.png"]]);
  });

  void it("that Slack has taken and shows nowhere is made anew", async () => {
    const { posts, stored } = stage({ answers: ["lost", "spent", "ok"], shownAs: null });
    await assert.rejects(posts.share(post("a.png"), context), lost);
    assert.deepEqual(await posts.share(post("a.png"), context), { kind: "shared", ts: null, files: ["F2"] });
    assert.deepEqual(stored, ["a.png", "a.png"]);
  });

  void it("that is lost once more stays unknown", async () => {
    const { posts } = stage({ answers: ["lost"] });
    for (let i = 0; i < 2; i++) await assert.rejects(posts.share(post("a.png"), context), lost);
  });
});
