import { type Case, checkScript, MEMBERS } from './attempts.js';
import { cases } from './corpus.js';

cases<Case>('retries.json', MEMBERS, checkScript);
