/** Table tests: files and stickers that come from Matrix. */
import { AES_256_CTR } from "../../../mappings/matrix/read-file.ts";
import type { MediaFile } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { event, flat, paragraph, reads, readsMessage, run, text } from "./case-tools.ts";
import { eventId, octetsOf, root } from "./room.ts";

const picture: MediaFile = {
  source: "mxc://hs.example/abc",
  contentType: "image/jpeg",
  filename: "cat.jpg",
  description: "",
  size: 1234,
  sha256: null,
  encryption: null,
  inline: true,
  width: 640,
  height: 480,
  duration: null,
  voice: false,
};

const pictureContent = {
  msgtype: "m.image",
  url: "mxc://hs.example/abc",
  filename: "cat.jpg",
  info: { mimetype: "image/jpeg", size: 1234, w: 640, h: 480 },
};

function media(file: MediaFile) {
  return { kind: "media", files: [file], caption: null, sticker: false, spoiler: null } as const;
}

export const mediaIn: readonly MappingCase[] = [
  readsMessage("file", "with a caption", text({ ...pictureContent, body: "my cat" }), {
    ...media(picture),
    caption: flat(paragraph(run("my cat"))),
  }),
  readsMessage("file", "its body is its name", text({ ...pictureContent, body: "cat.jpg" }), media(picture)),
  readsMessage(
    "file",
    "a path is no name",
    text({ msgtype: "m.file", body: "../../etc/x.pdf", url: "mxc://hs.example/abc" }),
    media({
      ...picture,
      contentType: "application/octet-stream",
      filename: "x.pdf",
      size: null,
      inline: false,
      width: null,
      height: null,
    }),
  ),
  reads(
    "file",
    "elsewhere than at a homeserver",
    text({ ...pictureContent, body: "x", url: "http://evil.example" }),
    [],
    ["event_unreadable"],
  ),
  readsMessage(
    "files",
    "each is an event of its own",
    text({ ...pictureContent, body: "cat.jpg" }),
    media(picture),
  ),
  readsMessage(
    "voice",
    "with its duration",
    text({
      msgtype: "m.audio",
      body: "voice.ogg",
      url: "mxc://hs.example/abc",
      info: { mimetype: "audio/ogg" },
      "org.matrix.msc3245.voice": {},
      "org.matrix.msc1767.audio": { duration: 1500, waveform: [1, 2] },
    }),
    media({
      ...picture,
      contentType: "audio/ogg",
      filename: "voice.ogg",
      size: null,
      width: null,
      height: null,
      duration: 1500,
      voice: true,
    }),
  ),
  readsMessage(
    "encrypted-file",
    "with its key",
    text({
      msgtype: "m.image",
      body: "cat.jpg",
      info: { mimetype: "image/jpeg", size: 1234, w: 640, h: 480 },
      file: {
        url: "mxc://hs.example/abc",
        key: {
          kty: "oct",
          key_ops: ["encrypt", "decrypt"],
          alg: "A256CTR",
          k: "_".repeat(42) + "8",
          ext: true,
        },
        iv: "AQIDBAUGBwgAAAAAAAAAAA",
        hashes: { sha256: `${"/".repeat(42)}8` },
        v: "v2",
      },
    }),
    media({
      ...picture,
      sha256: new Uint8Array(32).fill(255),
      encryption: {
        algorithm: AES_256_CTR,
        key: new Uint8Array(32).fill(255),
        nonce: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]),
        aad: new Uint8Array(),
      },
    }),
  ),
  readsMessage(
    "sticker",
    "with its words",
    event("m.sticker", {
      body: "a cat",
      url: "mxc://hs.example/abc",
      info: { mimetype: "image/png", w: 640, h: 480 },
    }),
    {
      kind: "media",
      files: [{ ...picture, contentType: "image/png", filename: "", description: "a cat", size: null }],
      caption: null,
      sticker: true,
      spoiler: null,
    },
  ),
  readsMessage(
    "file",
    "a caption that can't be seen is none",
    text({ ...pictureContent, body: "\u0000" }),
    media(picture),
    {},
    ["characters_removed"],
  ),
  readsMessage(
    "file",
    "hidden until asked for",
    text({
      ...pictureContent,
      body: "cat.jpg",
      "page.codeberg.everypizza.msc4193.spoiler": true,
      "page.codeberg.everypizza.msc4193.spoiler.reason": "claws",
    }),
    { ...media(picture), spoiler: "claws" },
  ),
  readsMessage(
    "file",
    "an edit changes its caption",
    text({
      ...pictureContent,
      body: "* her cat",
      "m.new_content": { ...pictureContent, body: "her cat" },
      "m.relates_to": { rel_type: "m.replace", event_id: "$bobs" },
    }),
    { ...media(picture), caption: flat(paragraph(run("her cat"))) },
    { replaces: eventId(5), replyTo: root, thread: octetsOf(root) },
  ),
  reads(
    "encrypted-file",
    "with a key that is none",
    text({
      msgtype: "m.image",
      body: "cat.jpg",
      file: {
        url: "mxc://hs.example/abc",
        key: { kty: "oct", alg: "A256CTR", k: "AAAA" },
        iv: "AQIDBAUGBwgAAAAAAAAAAA",
        hashes: { sha256: `${"/".repeat(42)}8` },
        v: "v2",
      },
    }),
    [],
    ["event_unreadable"],
  ),
];
