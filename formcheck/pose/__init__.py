"""From a picture to landmarks: the estimator protocol, MediaPipe behind it, and a fake."""

from formcheck.pose.estimator import PoseEstimator, nobody
from formcheck.pose.fake import FakeEstimator
from formcheck.pose.follow import same_place
from formcheck.pose.following import FollowingEstimator
from formcheck.pose.mediapipe_pose import MediaPipeEstimator
from formcheck.pose.model_file import MODEL_SHA256, ModelFile, find_model
from formcheck.pose.seal import network_sealed, seal_network
from formcheck.pose.uncertainty import landmark_sd_px

__all__ = [
    "MODEL_SHA256",
    "FakeEstimator",
    "FollowingEstimator",
    "MediaPipeEstimator",
    "ModelFile",
    "PoseEstimator",
    "find_model",
    "landmark_sd_px",
    "network_sealed",
    "nobody",
    "same_place",
    "seal_network",
]
