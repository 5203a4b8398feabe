import { scripts } from './attempts.js';

scripts('retries.json');
