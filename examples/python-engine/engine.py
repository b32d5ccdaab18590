"""The protocol, in a module of its own, so that an engine is a class with `open` and `run`. Copy it into yours."""
import json
import sys


class EngineError(Exception):
    """Ends the run; `code` is upper case, such as NO_CONVERGENCE."""

    def __init__(self, code, message, twin=None, retryable=False):
        super().__init__(message)
        self.told = {'type': 'error', 'code': code, 'message': message, 'retryable': retryable, **({} if twin is None else {'twin': twin})}


def say(**message):
    """A line; flushed, as the other side waits for it. NaN is no JSON: give None where there is no value."""
    print(json.dumps(message, separators=(',', ':'), allow_nan=False), flush=True)


def frame(at, values):
    """Values by twin and name, `at` seconds after the window's start."""
    say(type='frame', at=at, values=values)


def warn(code, message, twin=None):
    say(type='warning', code=code, message=message, **({} if twin is None else {'twin': twin}))


def serve(engine):
    """Reads lines until there are no more. `engine.open(model)` gets the `open` message, its inputs with their readings in `at` and `values`;
    `engine.run(settings, seed)` returns KPIs, and begins each time as if it were the first."""
    model = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if message['type'] == 'open':
                model = message
                for each in model['inputs']:
                    each['at'], each['values'] = [], []
            elif message['type'] == 'series':
                model['inputs'][message['input']]['at'] += message['at']
                model['inputs'][message['input']]['values'] += message['values']
            elif message['type'] == 'opened':
                engine.open(model)
                say(type='ready')
            elif message['type'] == 'run':
                say(type='done', kpis=engine.run(message['settings'], message['seed']))
            elif message['type'] == 'cancel':
                return
        except EngineError as error:
            say(**error.told)
