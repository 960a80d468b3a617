"""Run the examples of a README in the order they stand in, all in one new folder.

  cpp, c   compiled; linked and run too if it has a main
  yaml     written to tally.yaml and checked by 'tally config check'
  console  each '$ command' must succeed, and print the lines that follow it; '...' stands for any text, and
           alone on a line for any lines

A block with a name behind its kind, like `cmake CMakeLists.txt`, is written to that file and used by what follows.
Blocks of another kind (sh, text) are not run. The folder has a link to the project's config, as the checkout has.
"""
import argparse, os, re, subprocess, sys, tempfile
from pathlib import Path


def blocks(markdown):
    """Kind, name, first line number and text of each fenced block."""
    for found in re.finditer(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", markdown, re.M | re.S):
        yield found[1], found[2], markdown.count("\n", 0, found.start()) + 2, found[3]


class Runner:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.environment = {"PATH": f"{args.bin}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        kept = ("CMAKE_PREFIX_PATH", "PKG_CONFIG_PATH", "TALLY_CONFORMANCE_EFFORT")
        self.environment.update({name: os.environ[name] for name in kept if name in os.environ})

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

    def c(self, text):
        (self.folder / "example.c").write_text(text)
        return self.shell(f"cc -std=c11 {self.args.flags.replace('-std=c++20', '')} -fsyntax-only example.c")

    def write(self, name, text):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

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
    os.umask(0o022)  # the host refuses plugins that others could have written
    count = 0
    with tempfile.TemporaryDirectory(prefix="tally-readme-") as folder:
        runner = Runner(args, Path(folder))
        (Path(folder) / "config").symlink_to(args.config)
        for kind, name, line, text in blocks(Path(args.markdown).read_text(encoding="utf-8")):
            if not name and kind not in ("cpp", "c", "yaml", "console"):
                continue
            try:
                runner.write(name, text) if name else getattr(runner, kind)(text)
            except AssertionError as fault:
                sys.exit(f"{args.markdown}:{line}: {kind} example: {fault}")
            print(f"{args.markdown}:{line}: {kind} example holds")
            count += 1
    if count == 0:
        sys.exit(f"{args.markdown} has no examples")


main()
