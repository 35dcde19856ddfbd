from hypothesis import settings
settings.register_profile("many", max_examples=5000, deadline=None); settings.load_profile("many")
