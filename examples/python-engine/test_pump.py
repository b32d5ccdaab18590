"""python3 -m unittest, in this folder."""
import unittest

from pump import BadCurve, GRAVITY, Pump, WATER
from pump_energy import hour_of, price, reader

CURVE = [{'flow': 0, 'head': 74}, {'flow': 55, 'head': 60}, {'flow': 90, 'head': 30}]


class TestPump(unittest.TestCase):
    def test_the_curve_goes_through_its_points(self):
        pump = Pump(55, CURVE, 0.94)
        for point in CURVE:
            self.assertAlmostEqual(pump.head(point['flow'], 1), point['head'], 9)

    def test_at_rated_flow_it_draws_the_lift_by_both_efficiencies(self):
        expected = WATER * GRAVITY * 0.055 * 60 / (0.78 * 0.94) / 1000
        self.assertAlmostEqual(Pump(55, CURVE, 0.94).power(55, 1, 0.78), expected, 9)

    def test_power_goes_with_the_cube_of_the_speed(self):
        pump = Pump(55, CURVE, 0.94)
        self.assertAlmostEqual(pump.power(44, 0.8, 0.78), 0.8 ** 3 * pump.power(55, 1, 0.78), 9)

    def test_a_pump_that_lifts_nothing_draws_nothing(self):
        self.assertEqual([Pump(55, CURVE, 0.94).power(flow, 1, 0.78) for flow in (0, -3)], [0.0, 0.0])

    def test_a_curve_that_no_pump_has_is_refused(self):
        for curve in (CURVE[:2], CURVE[::-1], [*CURVE[:2], {'flow': 90, 'head': 60}]):
            with self.assertRaises(BadCurve):
                Pump(55, curve, 0.94)


class TestInputs(unittest.TestCase):
    def test_a_value_holds_until_the_next_one(self):
        read = reader([10, 20], [1, 2])
        self.assertEqual([read(at) for at in (0, 10, 15, 20, 99)], [None, 1, 1, 2, 2])

    def test_the_night_tariff_goes_over_midnight(self):
        tariff = [{'from': 6, 'price': 3}, {'from': 22, 'price': 1}]
        self.assertEqual([price(tariff, hour) for hour in (0, 5.9, 6, 21, 22, 30)], [1, 1, 3, 3, 1, 3])
        self.assertEqual(hour_of('2026-05-01T05:30:00.000Z'), 5.5)


if __name__ == '__main__':
    unittest.main()
