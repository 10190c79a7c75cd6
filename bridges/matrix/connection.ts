/** Requests whose failure keeps its cause, which says whether anything has left: the library keeps only its words. */

export class ConnectionFailure extends Error {
  /** Errors of this name alone the library passes on as they are. */
  override readonly name = "AbortError";

  constructor(cause: unknown) {
    super("no connection", { cause });
  }
}

/** As the global fetch; rejects with ConnectionFailure. */
export const fetchWithCause: typeof globalThis.fetch = async (input, init) => {
  try {
    return await fetch(input, init);
  } catch (cause) {
    throw new ConnectionFailure(cause);
  }
};
