/** The body of a dialog that asks for a word, or a yes. */

import type { JSX } from 'react';
import { useModel } from '../core/model';
import type { QuestionModel } from '../core/question';
import { Refusal } from './states';

export function QuestionForm({ model }: { model: QuestionModel }): JSX.Element {
  useModel(model);
  const { field, text } = model.question;
  return (
    <div className="mlnb-QuestionForm">
      {text !== '' && <p>{text}</p>}
      {field !== null && (
        <input
          className="jp-mod-styled"
          value={model.answer}
          spellCheck={false}
          aria-label={field}
          aria-invalid={model.problem !== null}
          disabled={model.busy}
          onChange={event => model.setAnswer(event.target.value)}
        />
      )}
      <Refusal error={model.problem} />
    </div>
  );
}
