/** A question with one answer in words: a name, tags, a yes. */

import { Asking } from './model';

export interface IQuestion {
  /** What the person is told. */
  text: string;
  /** What the field is for; null where a yes is enough. */
  field: string | null;
  /** What stands in it. */
  answer: string;
}

export class QuestionModel extends Asking {
  constructor(
    readonly question: IQuestion,
    private readonly send: (answer: string) => Promise<void>
  ) {
    super();
    this._answer = question.answer;
  }

  get answer(): string {
    return this._answer;
  }

  setAnswer(answer: string): void {
    this._answer = answer;
    this.notify();
  }

  /** Send it; whether the server agreed. */
  agree(): Promise<boolean> {
    return this.attempt(() => this.send(this._answer.trim()));
  }

  private _answer: string;
}
