/** One of the platforms between which the bench carries messages: somebody who speaks and hears there, and a bare way to it. */
export interface PairPlatform {
  readonly title: string;
  /** Two of one kind are not linked with one another. */
  readonly kind: "slack" | "matrix" | "xmpp";
  /** The account's name in gateway.yaml; stands in the names of lines too. */
  readonly account: string;
  /** As it stands in gateway.yaml, two blanks before each line. */
  readonly yaml: string;
  /** Makes a room in which somebody is. Resolves with its native id. */
  makeRoom(): Promise<string>;
  /** A person says a message in one of these rooms. */
  say(room: string, line: string, number: number): void;
  /** Makes a room of which the gateway knows nothing, and in which the same is heard. Resolves with its native id. */
  makeBareRoom(): Promise<string>;
  /** Says a message in one of those as the gateway would, without the gateway. */
  sayBare(room: string, line: string, number: number): void;
  stop(): Promise<void>;
}
