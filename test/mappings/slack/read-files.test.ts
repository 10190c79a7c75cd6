import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { readFiles } from "../../../mappings/slack/read-files.ts";
import { bodyOf, read, said } from "./reading.ts";

const hosted = {
  id: "F1",
  mode: "hosted",
  name: "a.png",
  mimetype: "image/png",
  url_private: "https://files.slack.com/files-pri/T1-F1/a.png",
  url_private_download: "https://files.slack.com/files-pri/T1-F1/download/a.png",
};
const drive = {
  id: "F2",
  mode: "external",
  is_external: true,
  title: "Plan 2026",
  url_private: "https://docs.google.example/d/1",
};
const canvas = {
  id: "F3",
  mode: "quip",
  title: "Notes",
  url_private: "https://files.slack.com/files-pri/T1-F3/canvas",
  permalink: "https://team.slack.com/docs/T1/F3",
};

void describe("files of a message", () => {
  void it("are files where Slack has their bytes", () => {
    const { files, links, losses } = readFiles([hosted]);
    assert.deepEqual(
      files.map(({ source, filename, contentType }) => [source, filename, contentType]),
      [[hosted.url_private_download, "a.png", "image/png"]],
    );
    assert.deepEqual([links, losses], [[], []]);
  });

  void it("of another service, and Slack's own documents, are links below what is said", () => {
    const event = said({ text: "look", files: [hosted, drive, canvas] });
    const body = bodyOf("media", event);
    assert.equal(body.files.length, 1);
    assert.ok(body.caption);
    const lines = ["look", `Plan 2026 (${drive.url_private})`, `Notes (${canvas.permalink})`];
    assert.equal(plainTextOf(body.caption), lines.join("\n\n"));
    assert.deepEqual(
      read(event).losses.map(({ code }) => code),
      ["file_linked", "file_linked"],
    );
  });

  void it("that are links alone make a message of text", () => {
    const { text } = bodyOf("text", said({ text: "", files: [drive] }));
    assert.equal(plainTextOf(text), `Plan 2026 (${drive.url_private})`);
  });

  void it("of which Slack gives nothing are a loss", () => {
    const gone = [
      { ...hosted, mode: "tombstone" },
      { ...hosted, mode: "hidden_by_limit" },
      { ...hosted, file_access: "check_file_info" },
      { ...drive, url_private: "javascript:alert(1)" },
      { ...hosted, url_private: null, url_private_download: null },
    ];
    const { files, links, losses } = readFiles(gone);
    assert.deepEqual([files, links], [[], []]);
    assert.deepEqual(new Set(losses.map(({ code }) => code)), new Set(["content_unsupported"]));
    assert.equal(losses.length, gone.length);
    assert.deepEqual(read(said({ text: "", files: gone })).events, []);
  });
});
