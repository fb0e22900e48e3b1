/** The names of the signature algorithms with which issuers sign. */
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { Algorithm } from '../types.ts';

export const ALGORITHM_NAMES = Object.keys(JWS_ALGORITHMS) as readonly Algorithm[];

export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && Object.hasOwn(JWS_ALGORITHMS, name);
