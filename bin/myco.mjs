#!/usr/bin/env -S node --expose-gc
// Starts myco on Node 24. On an older Node it hands over to the one that `npm ci` installs beside it, or refuses.
// Plain syntax on purpose: an old Node must be able to read this file in order to refuse.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const handedOver = '--handed-over';
// src/base/memory.ts gives back what starting took.
const exposeGc = '--expose-gc';
const inProject = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

function refuse(reason) {
  process.stderr.write(`myco: ${reason}\n`);
  process.exitCode = 1;
}

function handOver(node) {
  const flags = process.execArgv.includes(exposeGc) ? process.execArgv : [...process.execArgv, exposeGc];
  const args = [...flags, fileURLToPath(import.meta.url), handedOver, ...process.argv.slice(2)];
  // The channel carries nothing; its end tells the child that this process was killed.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const passOn = {};
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2']) {
    passOn[signal] = () => {
      // A terminal sends these to the child as well; twice would mean "at once" to it.
      const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (!fromTerminal) child.kill(signal);
    };
    process.on(signal, passOn[signal]);
  }
  child.on('error', (error) => refuse(`${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const name of Object.keys(passOn)) process.removeListener(name, passOn[name]);
    if (signal === null) process.exit(code);
    process.kill(process.pid, signal);
    // A signal that does not end a process (SIGHUP under nohup) still ends this one.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
  });
}

function dieWithTheOneBefore() {
  if (process.argv[2] !== handedOver) return;
  process.argv.splice(2, 1);
  if (!process.channel) return;
  process.channel.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

function start() {
  dieWithTheOneBefore();
  const compiled = 'dist/main.js';
  const main = existsSync(inProject(compiled)) ? compiled : 'src/main.ts';
  if (!existsSync(inProject(main))) {
    refuse('neither dist/main.js nor src/main.ts is here; run npm ci in the project first');
    return;
  }
  import(new URL(`../${main}`, import.meta.url).href)
    .then((module) => module.run(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      refuse(`stopped by a fault of its own: ${error instanceof Error ? error.stack : error}`);
      process.exit();
    });
}

const major = Number(process.versions.node.split('.')[0]);
const pinned = inProject('node_modules/node/bin/node');
if (major >= neededMajor) start();
else if (existsSync(pinned)) handOver(pinned);
else {
  refuse(
    `needs Node ${neededMajor} or newer, found ${process.versions.node}; install it, or run npm ci in the project, which brings it along`,
  );
}
