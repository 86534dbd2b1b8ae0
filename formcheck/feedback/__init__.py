"""What the person sees and hears: pictures, cues, sound, speech."""
