"""Kinematics: one pure verb per quantity. NaN in, NaN out."""
