"""What a pump draws at a flow: the physics of this engine, without any of the protocol."""
import math

GRAVITY = 9.80665  # m/s2
WATER = 998.2  # kg/m3 at 20 degrees Celsius
LEAST_EFFICIENCY = 0.1


class BadCurve(ValueError):
    """A head curve that no pump has."""


class Pump:
    """Three points of the head curve, by rising flow (L/s), the first of them at flow 0, give `head = shut_off - a * flow ** b`, as EPANET fits it."""

    def __init__(self, rated_flow, curve, motor_efficiency):
        flows, heads = [point['flow'] for point in curve], [point['head'] for point in curve]
        if len(curve) != 3 or flows[0] != 0 or not (flows[0] < flows[1] < flows[2]) or not (heads[0] > heads[1] > heads[2]):
            raise BadCurve('Its head curve needs three points, by rising flow from 0 on and by falling head.')
        self.rated_flow, self.motor_efficiency = rated_flow, motor_efficiency
        self.shut_off, self.greatest_flow = heads[0], flows[2]
        self.b = math.log((heads[0] - heads[2]) / (heads[0] - heads[1])) / math.log(flows[2] / flows[1])
        self.a = (heads[0] - heads[1]) / flows[1] ** self.b

    def head(self, flow, speed):
        """Metres, by the laws of affinity: flow goes with the speed, and head with its square."""
        return max(0.0, speed ** 2 * (self.shut_off - self.a * (flow / speed) ** self.b))

    def efficiency(self, flow, speed, peak):
        """Hydraulic power by shaft power: a parabola through 0 that is greatest at the rated flow."""
        share = flow / (self.rated_flow * speed)
        return max(LEAST_EFFICIENCY, peak * share * (2 - share))

    def power(self, flow, speed, peak):
        """Kilowatts drawn at a flow (L/s)."""
        if flow <= 0 or speed <= 0:
            return 0.0
        hydraulic = WATER * GRAVITY * (flow / 1000) * self.head(flow, speed)
        return hydraulic / (self.efficiency(flow, speed, peak) * self.motor_efficiency) / 1000
