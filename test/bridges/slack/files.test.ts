import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileAccess, isWorkspaceFile, WorkspaceFiles } from "../../../bridges/slack/files.ts";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { picturesAt } from "../../support/media-file.ts";

const SLACK = "https://slack.com/api/";
const SIMULATOR = "http://127.0.0.1:4000/api/";
const FILE = "https://files.slack.com/files-pri/T1-F1/download/a.png";

const headersAt = (url: string, api = SLACK) => fileAccess(api, "xoxb-1").headers(new URL(url));
const refusalAt = (url: string, type: string) => fileAccess(SLACK, "xoxb-1").refusal(new URL(url), type);

const said = (...sources: readonly string[]): Translated => ({
  kind: "message",
  sender: { native: "U1", name: "Al" },
  message: picturesAt(sources),
  native: null,
  aux: null,
});

void describe("the files of a workspace", () => {
  void it("are opened with the token at the host that Slack keeps them on, and nowhere else", () => {
    assert.deepEqual(headersAt(FILE), { authorization: "Bearer xoxb-1" });
    assert.ok(headersAt("http://127.0.0.1:4000/files-pri/T1-F1/a.png", SIMULATOR));
    const others = [
      "http://files.slack.com/files-pri/T1-F1/a.png",
      "https://files.slack.com.evil.test/files-pri/T1-F1/a.png",
      "https://evil.test/files-pri/T1-F1/a.png",
      "https://files.slack.com:8443/files-pri/T1-F1/a.png",
      "https://files.slack.com/T1-F1/a.png",
      "https://team.slack.com/?redir=%2Ffiles-pri%2FT1-F1%2Fa.png",
      "https://slack.com/api/auth.test",
      "http://127.0.0.1:4001/files-pri/T1-F1/a.png",
    ];
    for (const url of others) assert.equal(headersAt(url), null, url);
    assert.equal(headersAt("http://127.0.0.1:4001/files-pri/T1-F1/a.png", SIMULATOR), null);
    assert.ok(isWorkspaceFile(FILE, SLACK));
    assert.ok(!isWorkspaceFile("https://docs.google.com/document/1", SLACK));
    assert.ok(!isWorkspaceFile("no address", SLACK));
  });

  void it("are no pages to sign in, unless somebody has uploaded a page", () => {
    assert.match(
      refusalAt("https://team.slack.com/?redir=x", "text/html; charset=utf-8") ?? "",
      /files:read/,
    );
    assert.match(refusalAt(FILE, "text/html") ?? "", /files:read/);
    assert.match(refusalAt("https://team.slack.com/x.html", "text/html") ?? "", /files:read/);
    assert.equal(refusalAt("https://files.slack.com/files-pri/T1-F1/download/a.html", "text/html"), null);
    assert.equal(refusalAt(FILE, "image/png"), null);
  });

  void it("are asked for where Slack does not describe them in the message", async () => {
    const asked: unknown[] = [];
    const files = new WorkspaceFiles({
      api: SLACK,
      call: (method, args) => {
        asked.push([method, args]);
        return Promise.resolve({ ok: true, file: { id: "F2", name: "b.png", url_private: FILE } });
      },
    });
    const undescribed = { id: "F2", file_access: "check_file_info", mode: "file_access" };
    const said = { type: "message", text: "x", files: [{ id: "F1", name: "a" }, undescribed] };
    const described = { ...said, files: [said.files[0], { id: "F2", name: "b.png", url_private: FILE }] };
    assert.deepEqual(await files.described(said), described);
    assert.deepEqual(asked, [["files.info", { file: "F2" }]]);
    const changed = { type: "message", subtype: "message_changed", message: said };
    assert.deepEqual(await files.described(changed), { ...changed, message: described });
    const plain = { type: "message", files: [{ id: "F1" }] };
    assert.equal(await files.described(plain), plain);
    assert.equal(await files.described("odd"), "odd");
    assert.equal(asked.length, 2);
  });

  void it("stay as they are where Slack keeps them from the app, and wait where it can't be asked", async () => {
    const said = { files: [{ id: "F2", file_access: "check_file_info" }] };
    const failing = (why: GatewayError) => {
      const call = (): Promise<unknown> => Promise.reject(why);
      return new WorkspaceFiles({ api: SLACK, call }).described(said);
    };
    assert.deepEqual(await failing(new GatewayError("request_refused", "file_not_found")), said);
    await assert.rejects(failing(new GatewayError("request_timeout", "")), /request_timeout/);
  });

  void it("are given to other gateways from here, and files of other hosts are not", () => {
    const files = new WorkspaceFiles({ api: SLACK, call: () => Promise.reject(new Error("nothing")) });
    const elsewhere = "https://drive.example/b.png";
    assert.deepEqual(files.served(said(FILE, elsewhere)), { ...said(FILE, elsewhere), served: [FILE] });
    assert.deepEqual(files.served(said(elsewhere)), said(elsewhere));
  });
});
