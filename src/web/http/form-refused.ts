/** A form that is not taken, by HTTP status. */
export class FormRefused extends Error {
  override readonly name = 'FormRefused';
  readonly status: 400 | 403 | 413 | 415;

  constructor(status: 400 | 403 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}
