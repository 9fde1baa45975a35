import { register, storiesOf } from "./stories.ts";

register({ "1.0": storiesOf("old") });
