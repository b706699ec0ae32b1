/** A step that the server may refuse: whether it is under way, and why it was refused. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { asApiError } from '../core/model';
import type { ApiError } from '../core/request';

export interface IAttempt {
  busy: boolean;
  problem: ApiError | null;
  /** Take the step; whether it was agreed to. */
  attempt: (step: () => Promise<void>) => Promise<boolean>;
}

export function useAttempt(): IAttempt {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const there = useRef(true);
  useEffect(() => {
    there.current = true;
    return () => {
      there.current = false;
    };
  }, []);
  const attempt = useCallback(async (step: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    let refusal: ApiError | null = null;
    try {
      await step();
    } catch (reason) {
      refusal = asApiError(reason);
    }
    if (there.current) {
      setBusy(false);
      setProblem(refusal);
    }
    return refusal === null;
  }, []);
  return { busy, problem, attempt };
}
