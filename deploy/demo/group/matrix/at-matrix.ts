/** The people of the room at the homeserver, on the stage. */
import type { MatrixUser } from "../../../clients/matrix-user.ts";
import type { GroupStage, Scene } from "../group-stage.ts";
import type { MatrixRoomLook } from "./held-by-matrix.ts";
import { alike, HELLO, MORNING, speaker } from "../lines.ts";
import { PROVIDERS } from "../linked-rooms.ts";
import type { MatrixRoom } from "./matrix-room.ts";

export interface MatrixPerson {
  readonly user: MatrixUser;
  readonly name: string;
}

export class AtMatrix {
  readonly room: string;
  readonly look: MatrixRoomLook;
  readonly mia: MatrixPerson;
  readonly nils: MatrixPerson;
  readonly #stage: GroupStage;
  /** Ids of events, by their texts. */
  readonly #said = new Map<string, string>();

  constructor(stage: GroupStage, look: MatrixRoomLook, { homeserver, room }: MatrixRoom) {
    const [first, second] = homeserver.people;
    this.#stage = stage;
    this.look = look;
    this.room = room;
    this.mia = { user: first, name: "Mia" };
    this.nils = { user: second, name: "Nils" };
  }

  async greet(): Promise<void> {
    await this.say(this.mia, HELLO.matrix);
    await this.say(this.nils, MORNING.matrix);
  }

  async show(
    feature: string,
    { name }: MatrixPerson,
    act: () => Promise<unknown>,
    change: Scene["change"],
  ): Promise<void> {
    const by = speaker("matrix", name, PROVIDERS.matrix);
    await this.#stage.show({ feature, by, act: async () => void (await act()), change });
  }

  async say(by: MatrixPerson, text: string): Promise<void> {
    await this.show("text", by, async () => this.keep(text, await by.user.say(this.room, text)), alike(text));
  }

  keep(text: string, id: string): void {
    this.#said.set(text, id);
  }

  /** Of what was said or kept; empty where it could not be said, and then nothing can be done about it. */
  idOf(text: string): string {
    return this.#said.get(text) ?? "";
  }
}
