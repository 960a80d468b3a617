"""Run the examples of a README in the order they stand in, all in one new folder.

  cpp      compiled; linked and run too if it has a main
  yaml     written to tally.yaml and checked by 'tally config check'
  console  each '$ command' must succeed, and print the lines that follow it; '...' stands for any text, and
           alone on a line for any lines

Blocks of another kind (sh, text) are not run. The folder has a link to the project's config, as the checkout has.
"""
import argparse, re, subprocess, sys, tempfile
from pathlib import Path


def blocks(markdown):
    """Kind, first line number and text of each fenced block."""
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", markdown, re.M | re.S):
        yield found[1], markdown.count("\n", 0, found.start()) + 2, found[2]


class Runner:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.environment = {"PATH": f"{args.bin}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def shell(self, command):
        done = subprocess.run(command, shell=True, executable="/bin/bash", cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise AssertionError(f"'{command}' ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def cpp(self, text):
        (self.folder / "example.cpp").write_text(text)
        compiler = f"{self.args.compiler} {self.args.flags} example.cpp"
        if "int main(" not in text:
            return self.shell(f"{compiler} -fsyntax-only")
        self.shell(f"{compiler} -o example -L{self.args.lib} -ltally_core -Wl,-rpath,{self.args.lib}")
        return self.shell("./example")

    def yaml(self, text):
        (self.folder / "checked").mkdir(exist_ok=True)
        (self.folder / "checked/tally.yaml").write_text(text)
        self.shell("tally --config checked/tally.yaml config check")

    def console(self, text):
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M):
            printed = self.shell(re.sub(r"\s+# .*", "", command))
            pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else words(line) + "\n"
                              for line in shown.splitlines())
            if shown and not re.fullmatch(pattern, printed):
                raise AssertionError(f"'{command}' prints\n{printed}\nand the text says\n{shown}")


def words(line):
    """A line as a pattern in which columns may be wider or narrower."""
    return r"[ \t]*" + r"[ \t]+".join(re.escape(word).replace(r"\.\.\.", ".*") for word in line.split()) + r"[ \t]*"


def main():
    parser = argparse.ArgumentParser()
    for name in ("bin", "lib", "compiler", "flags", "config"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("markdown")
    args = parser.parse_args()
    count = 0
    with tempfile.TemporaryDirectory(prefix="tally-readme-") as folder:
        runner = Runner(args, Path(folder))
        (Path(folder) / "config").symlink_to(args.config)
        for kind, line, text in blocks(Path(args.markdown).read_text(encoding="utf-8")):
            if kind not in ("cpp", "yaml", "console"):
                continue
            try:
                getattr(runner, kind)(text)
            except AssertionError as fault:
                sys.exit(f"{args.markdown}:{line}: {kind} example: {fault}")
            print(f"{args.markdown}:{line}: {kind} example holds")
            count += 1
    if count == 0:
        sys.exit(f"{args.markdown} has no examples")


main()
