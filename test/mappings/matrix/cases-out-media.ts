/** Table tests: files and stickers that go to Matrix. */
import { AES_256_CTR } from "../../../mappings/matrix/read-file.ts";
import type { MediaFile } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { flat, outgoing, paragraph, run, sends, writes } from "./case-tools.ts";
import { mark } from "./room.ts";

const picture: MediaFile = {
  source: "https://gw.example/m/abc",
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
const info = { mimetype: "image/jpeg", size: 1234, w: 640, h: 480 };
const mentions = { "m.mentions": {} };
const sentPicture = {
  msgtype: "m.image",
  body: "cat.jpg",
  filename: "cat.jpg",
  url: "mxc://hs.example/copy",
  info,
  ...mentions,
  ...mark,
};
const media = { kind: "media", files: [picture], caption: null, sticker: false, spoiler: null } as const;

export const mediaOut: readonly MappingCase[] = [
  writes("file", "with a caption", outgoing({ ...media, caption: flat(paragraph(run("my cat"))) }), [
    sends({ ...sentPicture, body: "my cat" }),
  ]),
  writes("file", "hidden until asked for", outgoing({ ...media, spoiler: "claws" }), [
    sends({
      ...sentPicture,
      "page.codeberg.everypizza.msc4193.spoiler": true,
      "page.codeberg.everypizza.msc4193.spoiler.reason": "claws",
    }),
  ]),
  writes(
    "file",
    "of which the homeserver has no copy",
    outgoing({ ...media, files: [{ ...picture, source: "https://far.example/cat.jpg" }] }),
    [
      sends({
        msgtype: "m.text",
        body: "[cat.jpg](https://far.example/cat.jpg)",
        format: "org.matrix.custom.html",
        formatted_body: '<a href="https://far.example/cat.jpg">cat.jpg</a>',
        ...mentions,
        ...mark,
      }),
    ],
    ["file_linked"],
  ),
  writes(
    "files",
    "an event each, the caption on the first",
    outgoing({
      ...media,
      caption: flat(paragraph(run("both"))),
      files: [
        picture,
        {
          ...picture,
          filename: "x.pdf",
          contentType: "application/pdf",
          inline: false,
          width: null,
          height: null,
        },
      ],
    }),
    [
      sends({ ...sentPicture, body: "both" }),
      sends({
        msgtype: "m.file",
        body: "x.pdf",
        filename: "x.pdf",
        url: "mxc://hs.example/copy",
        info: { mimetype: "application/pdf", size: 1234 },
        ...mentions,
        ...mark,
      }),
    ],
  ),
  writes(
    "voice",
    "with its duration",
    outgoing({
      ...media,
      files: [
        {
          ...picture,
          contentType: "audio/ogg",
          filename: "v.ogg",
          voice: true,
          size: null,
          width: null,
          height: null,
          duration: 1500,
        },
      ],
    }),
    [
      sends({
        msgtype: "m.audio",
        body: "v.ogg",
        filename: "v.ogg",
        url: "mxc://hs.example/copy",
        info: { mimetype: "audio/ogg", duration: 1500 },
        "org.matrix.msc3245.voice": {},
        "org.matrix.msc1767.audio": { duration: 1500 },
        ...mentions,
        ...mark,
      }),
    ],
  ),
  writes(
    "encrypted-file",
    "under the key that it has",
    outgoing({
      ...media,
      files: [
        {
          ...picture,
          sha256: new Uint8Array(32).fill(255),
          encryption: {
            algorithm: AES_256_CTR,
            key: new Uint8Array(32).fill(255),
            nonce: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]),
            aad: new Uint8Array(),
          },
        },
      ],
    }),
    [
      sends({
        msgtype: "m.image",
        body: "cat.jpg",
        filename: "cat.jpg",
        file: {
          url: "mxc://hs.example/copy",
          key: {
            kty: "oct",
            key_ops: ["encrypt", "decrypt"],
            alg: "A256CTR",
            k: `${"_".repeat(42)}8`,
            ext: true,
          },
          iv: "AQIDBAUGBwgAAAAAAAAAAA",
          hashes: { sha256: `${"/".repeat(42)}8` },
          v: "v2",
        },
        info,
        ...mentions,
        ...mark,
      }),
    ],
  ),
  writes(
    "sticker",
    "with its words",
    outgoing({ ...media, sticker: true, files: [{ ...picture, description: "a cat" }] }),
    [sends({ body: "a cat", url: "mxc://hs.example/copy", info, ...mentions, ...mark }, "m.sticker")],
  ),
  writes(
    "encrypted-file",
    "under a key that Matrix has no use for it comes in clear",
    outgoing({
      ...media,
      files: [
        {
          ...picture,
          sha256: new Uint8Array(32).fill(255),
          encryption: {
            algorithm: 1,
            key: new Uint8Array(16),
            nonce: new Uint8Array(12),
            aad: new Uint8Array(),
          },
        },
      ],
    }),
    [sends(sentPicture)],
  ),
  writes("file", "with a caption of nothing", outgoing({ ...media, caption: flat() }), [sends(sentPicture)]),
];
