import { scripts } from './attempts.js';

scripts('refusals.json');
