/**
 * cli/demo: a co-op that does not exist, living through a year: people join, pay, earn and are paid, by the same rooms, persons and
 * approvals as a real one, at a clock that walks. Everything comes from a seed; accounts at banks are at banks that there are not.
 */
export { type Demo, type DemoOptions, fillCoop } from './fill.ts';
export { newPassword } from './scene.ts';
