"""The command line: `python -m generator.builtin train | evaluate | export`."""

import argparse
import logging
from pathlib import Path

from generator.builtin import STAGES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generator.builtin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train the model, or go on training it")
    start = train.add_mutually_exclusive_group()
    start.add_argument("--from-scratch", action="store_true", help="forget what the folder holds")
    start.add_argument("--resume", action="store_true", help="go on from it (the default)")
    train.add_argument("--minutes", type=float, default=120.0)
    train.add_argument("--processes", type=int, default=2, help="one a core (default: 2)")
    train.add_argument("--eager", action="store_true", help="do without a C++ compiler; slower")
    train.add_argument("--stage", choices=STAGES, help="one stage only")

    evaluate = commands.add_parser("evaluate", help="measure the model on held-out prompts")
    evaluate.add_argument("--prompts", type=int, default=300)
    evaluate.add_argument("--report", type=Path, help="also write figures and a contact sheet here")

    export = commands.add_parser("export", help="write the trained weights as a pipeline folder")
    for command in (train, export):
        command.add_argument("--work", type=Path, default=Path("training"), help="checkpoints")
    for command in (evaluate, export):
        command.add_argument("--folder", type=Path, help="the pipeline (default: the shipped one)")
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run one command; torch is imported only once the arguments are known to be right."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    from generator.builtin.evaluate import evaluate
    from generator.builtin.export import MODEL_FOLDER
    from generator.builtin.train import Plan, export_training, train

    if options.command == "train":
        plan = Plan(options.minutes, processes=options.processes, compiled=not options.eager)
        train(options.work, plan, options.stage, from_scratch=options.from_scratch)
    elif options.command == "evaluate":
        evaluate(options.folder or MODEL_FOLDER, options.prompts, options.report)
    else:
        size = export_training(options.work, options.folder or MODEL_FOLDER)
        logging.getLogger(__name__).info("wrote %.1f MB of weights", size / 1e6)


if __name__ == "__main__":
    main()
