// One POST through undici's lowest interface: no stream, no promise per chunk, no header objects.

/** Collects a small answer and settles a promise with it. */
class Answer {
  constructor(resolve, reject) {
    this.resolve = resolve;
    this.onError = reject;
    this.status = 0;
    this.text = '';
  }

  onConnect() {}

  onHeaders(status) {
    this.status = status;
    return true;
  }

  onData(chunk) {
    this.text += chunk.latin1Slice(); // the stub answers in ASCII
    return true;
  }

  onComplete() {
    this.resolve(this);
  }
}

/** Resolves to `{ status, text }`. */
export const post = (pool, path, headers, body) =>
  new Promise((resolve, reject) => {
    pool.dispatch({ path, method: 'POST', headers, body }, new Answer(resolve, reject));
  });
